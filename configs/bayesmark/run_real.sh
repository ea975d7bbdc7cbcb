#!/usr/bin/env bash
# The real Bayesmark 0.0.8 on a small grid: HEBO against Bayesmark's own RandomSearch.
#
# Makes .venv-bayesmark on first use (Bayesmark needs numpy < 2 and scikit-learn 1.1), leaves every result under
# runs/bayesmark/, prints Bayesmark's final scores, and fails if an optimizer failed in suggest or observe.
# The defaults take a few minutes; the grid of the challenge would be
#   MODELS="DT MLP-adam MLP-sgd RF SVM ada kNN lasso linear" DATA="breast digits iris wine boston diabetes" \
#   METRICS="acc nll mae mse" CALLS=16 BATCH=8 REPEATS=5 configs/bayesmark/run_real.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

here=configs/bayesmark
venv=$PWD/.venv-bayesmark
read -ra optimizers <<<"${OPTIMIZERS:-HEBO RandomSearch}"
read -ra models <<<"${MODELS:-DT lasso}"
read -ra data <<<"${DATA:-wine diabetes}"
read -ra metrics <<<"${METRICS:-nll mse}"

install() {
    local stamp=$venv/.installed
    [[ $stamp -nt $here/constraints.txt && $stamp -nt pyproject.toml ]] && return
    [[ -x $venv/bin/python ]] || "${PYTHON:-python3.11}" -m venv "$venv"
    local pip=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check -c $here/constraints.txt)
    "${pip[@]}" torch
    "${pip[@]}" bayesmark -e .
    touch "$stamp"
}

install
export PATH=$venv/bin:$PATH PYTHONPATH=$PWD/$here/python311 OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
results=runs/bayesmark
run=grid-$(date +%Y%m%d-%H%M%S)
mkdir -p "$results/$run"

bayesmark-launch -dir $results -b "$run" --opt-root $here \
    -o "${optimizers[@]}" -c "${models[@]}" -d "${data[@]}" -m "${metrics[@]}" \
    -n "${CALLS:-8}" -p "${BATCH:-4}" -r "${REPEATS:-2}" -v | tee "$results/$run/launch.txt"
bayesmark-agg -dir $results -b "$run" >"$results/$run/agg.txt"
bayesmark-anal -dir $results -b "$run" -v >"$results/$run/anal.txt" 2>&1

sed -n '/^Final score `/,$p' "$results/$run/anal.txt"
failed=0
for call in suggest observe; do
    n=$(cat "$results/$run"/log/*.log | grep -c "Failure in optimizer $call" || true)
    echo "failures in $call: $n"
    failed=$((failed + n))
done
echo "studies: $(find "$results/$run/eval" -name '*.json' | wc -l), results in $results/$run"
[[ $failed -eq 0 ]]
