"""The tables in configs/: files whose rows `experiments/table.py` trains (tests/config/test_composition.py)."""

TABLE_NAMES = [
    *(
        "ablation",
        "classes",
        "convolutions",
        "corrected",
        "field",
        "quickstart",
        "reuploading",
        "select_protocol",
        "select_reuploading",
    ),
    *("table1", "table2", "table2_run"),
]
