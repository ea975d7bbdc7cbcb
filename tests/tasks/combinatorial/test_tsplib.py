from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hebo.errors import DataError
from tasks.combinatorial import tsplib
from tasks.combinatorial.tsp import TSPLIB
from tasks.combinatorial.tsplib import read_tsplib
from tasks.wrappers.noisy import Noisy


def points(kind: str, *rows: str) -> str:
    cities = "\n".join(f"{i + 1} {row}" for i, row in enumerate(rows))
    return f"NAME : x\nTYPE : TSP\nDIMENSION : {len(rows)}\nEDGE_WEIGHT_TYPE : {kind}\nNODE_COORD_SECTION\n{cities}\nEOF\n"


def matrix(how: str, *rows: str, kind: str = "TSP", n: int = 4) -> str:
    head = f"TYPE: {kind}\nDIMENSION: {n}\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: {how}\n"
    return head + "EDGE_WEIGHT_SECTION\n" + "\n".join(rows) + "\nEOF\n"


def read(folder: Path, text: str) -> list[list[float]]:
    path = folder / "a.tsp"
    path.write_text(text)
    distances = read_tsplib(path).distances
    assert (distances.diagonal() == 0).all()
    rows: list[list[float]] = distances.tolist()
    return rows


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        # Lengths 5, 1.5 and sqrt(3^2 + 2.5^2) = 3.905: halves go up.
        ("EUC_2D", [5, 2, 4]),
        ("CEIL_2D", [5, 2, 4]),
        # Roots of 2.5, 0.225 and 1.525: 1.58, 0.47 and 1.23, all up.
        ("ATT", [2, 1, 2]),
    ],
)
def test_distances_in_the_plane_are_rounded_by_their_type(
    kind: str, expected: list[int], tmp_path: Path
) -> None:
    d = read(tmp_path, points(kind, "0 0", "3 4", "0.0 1.5"))
    assert [d[0][1], d[0][2], d[1][2]] == expected
    assert np.array_equal(d, np.transpose(d))


def test_euclidean_distances_are_rounded_down_below_a_half_and_ceilings_never_are(tmp_path: Path) -> None:
    rows = ("0 0", "1 1", "10 0")  # lengths sqrt(2) = 1.41, 10 and sqrt(82) = 9.06
    assert read(tmp_path, points("EUC_2D", *rows)) == [[0, 1, 10], [1, 0, 9], [10, 9, 0]]
    assert read(tmp_path, points("CEIL_2D", *rows)) == [[0, 2, 10], [2, 0, 10], [10, 10, 0]]


def test_whole_distances_are_not_rounded_up(tmp_path: Path) -> None:
    triples = ("0 0", "20 21", "119 120", "696 697", "4059 4060")  # to the origin 29, 169, 985, 5741
    assert read(tmp_path, points("CEIL_2D", *triples))[0] == [0, 29, 169, 985, 5741]
    tens = ("0 0", "10 30", "-30 10")  # a tenth of 1000 and of 2000: 10 and 14.14
    assert read(tmp_path, points("ATT", *tens)) == [[0, 10, 10], [10, 0, 15], [10, 15, 0]]


def test_geographical_coordinates_are_degrees_and_minutes(tmp_path: Path) -> None:
    # Along a meridian 1 degree is 6378.388 * 3.141592 / 180 = 111.32 km, and 30 minutes are half of it.
    d = read(tmp_path, points("GEO", "10.00 5.00", "11.00 5.00", "10.30 5.00", "-0.30 5.00"))
    assert d[0] == [0, int(111.32 + 1), int(55.66 + 1), int(10.5 * 111.3237 + 1)]


def test_degrees_are_cut_off_not_rounded(tmp_path: Path) -> None:
    # 10.60 is 11 degrees exactly; with the degrees rounded to 11 it would be 11 - 0.4 * 5 / 3 = 10.33.
    d = read(tmp_path, points("GEO", "10.60 0.0", "11.00 0.0", "12.00 0.0"))
    assert d[0] == [0, 1, int(111.32 + 1)]


@pytest.mark.parametrize(
    ("how", "rows"),
    [
        ("FULL_MATRIX", ["7 1 2 3", "1 7 4 5", "2 4 7 6", "3 5 6 7"]),
        ("UPPER_ROW", ["1 2 3", "4 5", "6"]),
        ("UPPER_DIAG_ROW", ["7 1 2 3", "7 4 5", "7 6", "7"]),
        ("LOWER_ROW", ["1", "2 4", "3 5 6"]),
        ("LOWER_DIAG_ROW", ["7", "1 7", "2 4 7", "3 5 6 7"]),
        ("LOWER_DIAG_ROW", ["7 1 7 2 4", "", "7 3 5 6 7"]),
    ],
)
def test_all_formats_of_a_matrix_say_the_same(how: str, rows: list[str], tmp_path: Path) -> None:
    assert read(tmp_path, matrix(how, *rows)) == [[0, 1, 2, 3], [1, 0, 4, 5], [2, 4, 0, 6], [3, 5, 6, 0]]


def test_an_asymmetric_matrix_is_read_as_it_is_written(tmp_path: Path) -> None:
    text = matrix("FULL_MATRIX", "0 1 2", "3 0 4", "5 6 0", kind="ATSP", n=3)
    assert read(tmp_path, text) == [[0, 1, 2], [3, 0, 4], [5, 6, 0]]


def test_cities_keep_the_order_of_the_file_and_pictures_are_passed_over(tmp_path: Path) -> None:
    text = points("EUC_2D", "0 0", "3 4", "6 8").replace("1 0 0", "7 0 0")
    shown = "COMMENT: a\nCOMMENT: b\n" + text.replace(
        "EOF", "DISPLAY_DATA_SECTION\n1 5 5\n2 6 6\n3 7 7\nEOF\nrest"
    )
    assert read(tmp_path, shown) == [[0, 5, 10], [5, 0, 5], [10, 5, 0]]


GOOD = points("EUC_2D", "0 0", "3 4", "6 8")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 0: the file ends without TYPE"),
        (GOOD.replace("TYPE : TSP", "TYPE : CVRP"), "line 2: TYPE is 'CVRP'; readable are TSP, ATSP"),
        (GOOD.replace("DIMENSION : 3\n", ""), "line 8: the file ends without DIMENSION; add"),
        (
            GOOD.replace("DIMENSION : 3", "DIMENSION : 2"),
            "line 3: expected a whole number of at least 3, got '2'",
        ),
        (
            GOOD.replace("DIMENSION : 3", "DIMENSION : 4"),
            "line 5: 3 lines of coordinates follow, but DIMENSION is 4",
        ),
        (GOOD.replace("DIMENSION : 3", "DIMENSION : 9999"), "line 3: 9999 cities are more than the 5000"),
        (
            GOOD.replace("EUC_2D", "MAN_3D"),
            "line 4: EDGE_WEIGHT_TYPE is 'MAN_3D'; readable are EXPLICIT, EUC_2D",
        ),
        (GOOD.replace("EUC_2D", "EXPLICIT"), "line 9: the file ends without EDGE_WEIGHT_FORMAT"),
        (
            GOOD.replace("NODE_COORD_SECTION", "NODE_COORDS"),
            "line 5: 'NODE_COORDS' is not a keyword .* Did you mean",
        ),
        (GOOD.replace("NODE_COORD_SECTION\n", ""), "line 5: '1 0 0' stands in no section"),
        (GOOD.replace("NAME : x", "TYPE : TSP"), "line 2: TYPE appears for the second time"),
        (GOOD.replace("2 3 4", "2 3"), "line 7: expected a city's number and two coordinates, got '2 3'"),
        (GOOD.replace("2 3 4", "2 3 4x"), "line 7: expected a finite number, got '4x'"),
        (GOOD.replace("2 3 4", "1 3 4"), "line 7: city 1 was given in line 6 before"),
        (GOOD.replace("NAME : x", "FIXED_EDGES_SECTION"), "line 1: 'FIXED_EDGES_SECTION' is not a keyword"),
        (
            matrix("UPPER_COL", "1"),
            "line 4: EDGE_WEIGHT_FORMAT is 'UPPER_COL'; readable are FULL_MATRIX, UPPER_ROW",
        ),
        (matrix("UPPER_ROW", "1 2 3", "4 5"), "line 5: 5 distances follow, but UPPER_ROW of 4 cities has 6"),
        (matrix("UPPER_ROW", "1 2 3", "4 5", "6 7"), "line 5: 7 distances follow"),
        (
            matrix("FULL_MATRIX", "0 1 2", "1 0 3", "2 4 0", n=3),
            "line 8: the distance from city 3 to city 2 is 4, the way back 3; correct it, or write 'TYPE: ATSP'",
        ),
    ],
)
def test_a_malformed_file_is_refused_with_the_line(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=words):
        read(tmp_path, text)


def test_the_list_of_formats_counts_the_entries_of_each() -> None:
    counts = {name: len(indices(5)[0]) for name, indices in tsplib.FORMATS.items()}
    assert counts == {
        "FULL_MATRIX": 25,
        "UPPER_ROW": 10,
        "UPPER_DIAG_ROW": 15,
        "LOWER_ROW": 10,
        "LOWER_DIAG_ROW": 15,
    }


def test_unknown_keywords_and_words_behind_a_value_are_passed_over_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "a.tsp"
    text = GOOD.replace("TYPE : TSP", "TYPE: TSP (M.~Hofmeister)").replace(
        "DIMENSION : 3", "SOURCE: somewhere\nthe second line of a comment\nDIMENSION : 3 cities"
    )
    path.write_text(text)
    found = read_tsplib(path)
    assert found.distances.tolist() == [[0, 5, 10], [5, 0, 5], [10, 5, 0]]
    assert found.notes == (
        f"{path}, line 3: 'SOURCE' is not known, and passed over",
        f"{path}, line 4: 'the second line of a comment' is not known, and passed over",
        f"{path}, line 2: TYPE is 'TSP'; '(M.~Hofmeister)' behind it is passed over",
        f"{path}, line 5: DIMENSION is '3'; 'cities' behind it is passed over",
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.lower(),
        lambda text: text.title(),
        lambda text: text.replace(" : ", ":"),
        lambda text: text.replace(" : ", " :\t"),
        lambda text: text.replace(" : ", " "),
        lambda text: text.replace("SECTION", "SECTION:"),
        lambda text: text.replace("SECTION", "SECTION : "),
        lambda text: text.replace("EOF\n", ""),
        lambda text: text.replace("EOF\n", "-1\nEOF\n"),
        lambda text: text.replace("EOF\n", "EOF:\n\n\x1a"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\n\n"),
        lambda text: "\ufeff" + text,
        lambda text: "COMMENT : one\nCOMMENT: two (Type: none)\ncomment three words here\n" + text,
        lambda text: text.replace(
            "EOF", "DISPLAY_DATA_SECTION\n1 5 5\n2 6 6\n3 7 7\nTOUR_SECTION\n1\n2\n3\n-1\nEOF"
        ),
        lambda text: text.replace(
            "NODE_COORD", "EDGE_WEIGHT_FORMAT: FUNCTION\nNODE_COORD_TYPE: TWOD_COORDS\nNODE_COORD"
        ),
        lambda text: text.replace("2 3 4", "2 3.0e+00 +.4E1").replace("3 6 8", "3.0 0.6e1 8."),
    ],
)
def test_files_may_be_written_in_many_ways(change: Callable[[str], str], tmp_path: Path) -> None:
    path = tmp_path / "a.tsp"
    path.write_bytes(change(GOOD).encode())
    found = read_tsplib(path)
    assert (found.distances.tolist(), found.notes) == ([[0, 5, 10], [5, 0, 5], [10, 5, 0]], ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "NAME: t\nTYPE: TOUR\nDIMENSION: 3\nTOUR_SECTION\n1\n2\n3\n-1\nEOF\n",
            "line 2: TYPE is 'TOUR'; readable are",
        ),
        (
            GOOD.replace("EOF", "FIXED_EDGES_SECTION\n1 2\n-1\nEOF"),
            "'FIXED_EDGES_SECTION' is not a keyword of a section",
        ),
        (
            GOOD.replace("EOF", "EDGE_DATA_SECTION\n1 2\n-1\nEOF"),
            "'EDGE_DATA_SECTION' is not a keyword of a section",
        ),
        (
            GOOD.replace("DIMENSION", "DIMENSON"),
            r"ends without DIMENSION; .* \(Not known: 'DIMENSON' in line 3\.\)",
        ),
        (matrix("FUNCTION", "1 2"), "EDGE_WEIGHT_FORMAT is 'FUNCTION'; readable are"),
        (GOOD.replace("DIMENSION : 3", "DIMENSION : " + "9" * 5000), "expected a whole number"),
        (GOOD.replace("DIMENSION : 3", "DIMENSION :"), "expected a whole number of at least 3, got ''"),
        (GOOD.replace("2 3 4", "2 nan 4"), "expected a finite number, got 'nan'"),
    ],
)
def test_what_would_change_the_problem_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tsp"
    path.write_text(text)
    with pytest.raises(DataError, match=words):
        read_tsplib(path)


def test_a_task_has_the_notes_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.tsp"
    path.write_text(GOOD.replace("TYPE : TSP", "TYPE: TSP (by hand)"))
    assert TSPLIB(path=str(path)).notes == (
        f"{path}, line 2: TYPE is 'TSP'; '(by hand)' behind it is passed over",
    )
    assert Noisy(task=TSPLIB(path=str(path)), sd=1.0).notes == TSPLIB(path=str(path)).notes
