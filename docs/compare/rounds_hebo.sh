hebo ask rounds_hebo.yaml -n 4 -o round1.csv
hebo tell rounds_hebo.yaml round1.csv
hebo ask rounds_hebo.yaml -n 4 -o round2.csv
hebo tell rounds_hebo.yaml round2.csv
hebo ask rounds_hebo.yaml -n 4 -o round3.csv
hebo tell rounds_hebo.yaml round3.csv
