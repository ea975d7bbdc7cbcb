"""The problems by name; importing this loads nothing but this dictionary."""

from __future__ import annotations

PARTS: dict[str, dict[str, tuple[str, str]]] = {
    "task": {
        "ackley": ("tasks.synthetic.ackley:Ackley", "Ackley's function, a funnel in a field of ripples"),
        "branin": ("tasks.synthetic.branin:Branin", "Branin's function, 2 variables, three equal minima"),
        "dixon_price": (
            "tasks.synthetic.dixon_price:DixonPrice",
            "The chained valley of Dixon and Price",
        ),
        "gramacy_lee": (
            "tasks.synthetic.gramacy_lee:GramacyLee",
            "Gramacy and Lee's function, fast waves beside a smooth bowl",
        ),
        "griewank": ("tasks.synthetic.griewank:Griewank", "Griewank's function, ripples on a wide bowl"),
        "hartmann3": ("tasks.synthetic.hartmann:Hartmann3", "Hartmann's function of 3 variables"),
        "hartmann6": ("tasks.synthetic.hartmann:Hartmann6", "Hartmann's function of 6 variables"),
        "levy": ("tasks.synthetic.levy:Levy", "Levy's function, waves over a parabola"),
        "michalewicz": (
            "tasks.synthetic.michalewicz:Michalewicz",
            "Michalewicz' function, steep narrow valleys",
        ),
        "rastrigin": ("tasks.synthetic.rastrigin:Rastrigin", "Rastrigin's function, a parabola with dents"),
        "rosenbrock": ("tasks.synthetic.rosenbrock:Rosenbrock", "Rosenbrock's curved valley"),
        "schwefel": ("tasks.synthetic.schwefel:Schwefel", "Schwefel's function, a misleading second best"),
        "sphere": ("tasks.synthetic.sphere:Sphere", "The sum of squares"),
        "styblinski_tang": (
            "tasks.synthetic.styblinski_tang:StyblinskiTang",
            "The function of Styblinski and Tang, 2^d minima",
        ),
        "branin_two_level": (
            "tasks.synthetic.two_level:BraninTwoLevel",
            "Branin's function with a cheap, biased level, and costs",
        ),
        "hartmann6_two_level": (
            "tasks.synthetic.two_level:Hartmann6TwoLevel",
            "Hartmann's function of 6 variables with a cheap, biased level, and costs",
        ),
        "two_peaks": (
            "tasks.synthetic.two_peaks:TwoPeaks",
            "A sharp peak beside a broad one, which is better under noise in the inputs",
        ),
        "zakharov": ("tasks.synthetic.zakharov:Zakharov", "Zakharov's plate, one minimum in a flat trough"),
        "feasible_island": (
            "tasks.synthetic.feasible_island:FeasibleIsland",
            "A slope under a measured limit that 1 % of the points keep, or none",
        ),
        "feature_selection": (
            "tasks.synthetic.feature_selection:FeatureSelection",
            "Choosing features of a linear model, many booleans",
        ),
        "pressure_vessel": (
            "tasks.engineering.pressure_vessel:PressureVessel",
            "Cost of a pressure vessel under three measured limits",
        ),
        "speed_reducer": (
            "tasks.engineering.speed_reducer:SpeedReducer",
            "Weight of a gearbox under eleven measured limits",
        ),
        "vehicle_safety": (
            "tasks.engineering.vehicle_safety:VehicleSafety",
            "Mass, acceleration and intrusion of a car in a crash, three objectives",
        ),
        "pumping_station": (
            "tasks.engineering.pumping_station:PumpingStation",
            "Investment and energy of a pumping station, mixed, two objectives",
        ),
        "gear_train": (
            "tasks.engineering.gear_train:GearTrain",
            "Ratio and size of a gear train, four integers, two objectives",
        ),
        "disc_brake": (
            "tasks.engineering.disc_brake:DiscBrake",
            "Mass and stopping time of a brake, two objectives, four measured limits",
        ),
        "zdt1": ("tasks.multi_objective.zdt:ZDT1", "ZDT1, two objectives, a convex front"),
        "zdt2": ("tasks.multi_objective.zdt:ZDT2", "ZDT2, two objectives, a concave front"),
        "zdt3": ("tasks.multi_objective.zdt:ZDT3", "ZDT3, two objectives, a front of five parts"),
        "dtlz2": ("tasks.multi_objective.dtlz:DTLZ2", "DTLZ2, many objectives, a front on the unit sphere"),
        "dtlz7": ("tasks.multi_objective.dtlz:DTLZ7", "DTLZ7, many objectives, a front of many parts"),
        "branin_currin": (
            "tasks.multi_objective.branin_currin:BraninCurrin",
            "Branin's and Currin's functions of the same 2 variables",
        ),
        "antibody_design": (
            "tasks.antibody.antibody_design:AntibodyDesign",
            "The loop of an antibody that binds an antigen on a lattice, nominal, with rules",
        ),
        "logic_synthesis": (
            "tasks.logic_synthesis.logic_synthesis:LogicSynthesis",
            "Sequences of ABC's operators that make a circuit small and fast, nominal",
        ),
        "sdp_game": (
            "tasks.sdp_game.sdp_game:SpherePackingBound",
            "Proved upper bounds on sphere packings, two numbers and a set of multipliers",
        ),
        "aig_rewriting": (
            "tasks.logic_synthesis.aig_rewriting:AIGRewriting",
            "Sequences of mockturtle's operators on an and-inverter graph, nominal",
        ),
        "hpo": ("tasks.hpo.hpo:HPO", "Tuning a scikit-learn model on real data by cross-validation"),
        "meta_hpo": (
            "tasks.hpo.meta_hpo:MetaHPO",
            "Tuning a scikit-learn model on one of many generated data sets",
        ),
        "ackley53": (
            "tasks.combinatorial.ackley53:Ackley53",
            "Ackley's function of 50 booleans and 3 numbers",
        ),
        "contamination": (
            "tasks.combinatorial.contamination:ContaminationControl",
            "Which stages of a food supply chain to disinfect, booleans",
        ),
        "ehrlich": (
            "tasks.combinatorial.ehrlich:Ehrlich",
            "Ehrlich's function, strings with banned steps and spaced motifs",
        ),
        "ehrlich_explicit": (
            "tasks.combinatorial.ehrlich:ExplicitEhrlich",
            "An Ehrlich function with given motifs and banned steps",
        ),
        "ising": (
            "tasks.combinatorial.ising:IsingSparsification",
            "Which edges of an Ising model to keep, booleans",
        ),
        "labs": ("tasks.combinatorial.labs:LABS", "Low-autocorrelation binary sequences"),
        "max_sat": ("tasks.combinatorial.max_sat:MaxSAT", "Weighted clauses left unsatisfied, booleans"),
        "nk_landscape": ("tasks.combinatorial.nk_landscape:NKLandscape", "Kauffman's rugged landscapes"),
        "pest_control": (
            "tasks.combinatorial.pest_control:PestControl",
            "Which pesticide to use at each of 25 stages, nominal",
        ),
        "qaplib": ("tasks.combinatorial.qap:QAPLIB", "A quadratic assignment problem from a file of QAPLIB"),
        "quadratic_assignment": (
            "tasks.combinatorial.qap:QuadraticAssignment",
            "Random facilities and locations, a permutation",
        ),
        "rna_inverse_folding": (
            "tasks.combinatorial.rna_inverse_folding:RNAInverseFolding",
            "RNA that folds into a given structure",
        ),
        "svm_selection": (
            "tasks.combinatorial.svm_selection:SVMSelection",
            "Features and settings of a support vector regression",
        ),
        "travelling_salesman": (
            "tasks.combinatorial.tsp:TravellingSalesman",
            "The shortest tour of random cities, a permutation",
        ),
        "tsplib": ("tasks.combinatorial.tsp:TSPLIB", "The shortest tour of the cities in a file of TSPLIB"),
        "measured_library": (
            "tasks.library.measured:MeasuredLibrary",
            "Candidates of a CSV file that have been measured: how soon are the best found?",
        ),
        "python": (
            "tasks.own.python_function:PythonFunction",
            "A function of your own, in a Python file",
        ),
        "command": (
            "tasks.own.command:Command",
            "A program of your own, started for each point",
        ),
        "among_candidates": (
            "tasks.wrappers.among_candidates:AmongCandidates",
            "A task of which only the rows of a CSV file can be chosen",
        ),
        "cached": ("tasks.wrappers.cached:Cached", "A task that evaluates each point once"),
        "clipped": ("tasks.wrappers.plateau:Clipped", "A task with values cut off, constant beyond two ends"),
        "costed": (
            "tasks.wrappers.costed:Costed",
            "A task whose evaluations have costs, one or by a parameter",
        ),
        "differentiated": (
            "tasks.wrappers.differentiated:Differentiated",
            "A task that reports derivatives of its objective",
        ),
        "failing": ("tasks.wrappers.failing:Failing", "A task of which some evaluations fail"),
        "heteroscedastic": (
            "tasks.wrappers.heteroscedastic:Heteroscedastic",
            "A task measured with noise that depends on the point",
        ),
        "in_contexts": (
            "tasks.wrappers.in_contexts:InContexts",
            "A task with contexts, and what these are from ask to ask",
        ),
        "noisy": ("tasks.wrappers.noisy:Noisy", "A task measured with Gaussian noise"),
        "hidden_utility": (
            "tasks.wrappers.hidden_utility:HiddenUtility",
            "A task of which only comparisons are known, for preferential optimization",
        ),
        "outliers": ("tasks.wrappers.outliers:Outliers", "A task of which some measurements are far off"),
        "quantized": ("tasks.wrappers.plateau:Quantized", "A task with values rounded to steps"),
        "related_contexts": (
            "tasks.wrappers.related_contexts:RelatedContexts",
            "A task in several contexts that are alike, with known optima",
        ),
        "shifted": ("tasks.wrappers.shifted:Shifted", "A task with its optimum moved inside the box"),
        "timed": ("tasks.wrappers.timed:Timed", "A task whose evaluations take some time"),
    },
    "download": {
        "pdb": (
            "tasks.antibody.protein_data_bank:ProteinDataBank",
            "Entries of the Protein Data Bank, by their names",
        ),
        "epfl": ("tasks.logic_synthesis.epfl:EPFLSuite", "The EPFL suite of circuits, 1.4 MB, MIT licence"),
    },
}
