#!/usr/bin/env bash
# The environments of the original HEBO: as installed, and with the warped GPy model of the paper.
#
#     configs/benchmarks/original_hebo/setup.sh [PLAIN [WARPED]]     (default .venv-hebo .venv-hebo-warped)
#
# HEBO's own pins do not resolve any more, so it is installed without them: in PLAIN beside current releases, in
# WARPED beside the last ones that GPy works with (NumPy below 1.25). Needs Python 3.11 (PYTHON names another).
set -euo pipefail
plain=${1:-.venv-hebo}
warped=${2:-.venv-hebo-warped}

make_environment() { # directory, then requirements
    local venv=$1
    shift
    [[ -x $venv/bin/python ]] || "${PYTHON:-python3.11}" -m venv "$venv"
    local pip=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check)
    "${pip[@]}" torch==2.13.0
    "${pip[@]}" "$@"
    "${pip[@]}" --no-deps HEBO==0.3.6
}

make_environment "$plain" numpy==2.4.6 pandas==3.1.1 scipy==1.17.1 scikit-learn==1.9.1 \
    pymoo==0.6.2 gpytorch==1.15.2 catboost==1.2.10 disjoint-set==0.9.0
make_environment "$warped" numpy==1.24.4 pandas==2.3.3 scipy==1.12.0 scikit-learn==1.9.1 GPy==1.13.2 \
    pymoo==0.6.0.1 gpytorch==1.15.2 catboost==1.2.10 disjoint-set==0.9.0
