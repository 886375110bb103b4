"""Damaged machine code in the cache of compiled kernels."""

import shutil
from random import Random

from robustness.cells import PCA, Work
from robustness.damage import DAMAGES
from robustness.finding import Finding
from robustness.processes import run_as_a_person
from robustness.watched import Bench

_SHORT = Work("PCA, 1 seed, 2 epochs", (*PCA.arguments, "seeds=1", "train.epochs=2"))
# What is cheap to compile again comes first.
_CASES = (
    ("kernels.allocate_scratch-*.nbi", "cut off"),
    ("kernels.allocate_scratch-*.nbc", "noise"),
    ("kernels.allocate_scratch-*.nbc", "one bit flipped"),
    ("steps.score_inputs-*.nbc", "one bit flipped"),
    ("kernels.allocate_scratch-*.nbi", "empty"),
    ("kernels.allocate_scratch-*.nbc", "cut off"),
    ("kernels.run_rows-*.nbc", "zeros"),
    ("steps.train_epoch-*.nbc", "one bit flipped"),
    ("*.nb?", "cut off"),
)


def kernel_cache(bench: Bench, seed: int, times: int) -> Finding:
    """Damages the compiled code that is kept between runs: it is compiled again."""
    from qnlnet.compilation import cache_folder

    random, lost, equal = Random(f"{seed} kernels"), 0, True
    bench.reference(_SHORT)  # the cache is warm now
    for pattern, name in _CASES[:times]:
        cache = bench.new_folder()
        shutil.copytree(cache_folder(), cache / cache_folder().name)
        for path in sorted(cache.rglob(pattern)):
            path.write_bytes(DAMAGES[name](path.read_bytes(), random))
        watched = bench.watch(_SHORT)
        ended = run_as_a_person(watched.order(environment={"NUMBA_CACHE_DIR": str(cache)}))
        watched.look()
        watched.check_complete(ended)
        lost, equal = lost + watched.rows_lost, equal and watched.equal
    return Finding(len(_CASES[:times]), 0, lost, equal, "right numbers")
