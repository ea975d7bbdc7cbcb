python rounds_optuna.py ask round1.csv
python rounds_optuna.py tell round1.csv
python rounds_optuna.py ask round2.csv
python rounds_optuna.py tell round2.csv
python rounds_optuna.py ask round3.csv
python rounds_optuna.py tell round3.csv
