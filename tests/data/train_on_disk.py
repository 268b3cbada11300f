"""Makes a data set of any size on disk, trains LeNet-5 on it with little memory, and prints what that took, as JSON.

    python tests/data/train_on_disk.py FOLDER --gigabytes 20 --limit 512

The folder keeps `images.npy`, uint8 (N, 3, 32, 32), noise and a square whose grey says the class, and `labels.npy`; a set
that is there already is taken again. With --sparse no pixel is written: all are 0, and the file takes room only in name.
"""

import argparse
import json
import os
import threading
import time
from pathlib import Path

import numpy as np

SHAPE = (3, 32, 32)
CLASSES = tuple("0123456789")
FEW = 16384


def make(folder: Path, n: int, sparse: bool) -> tuple[Path, Path]:
    """Two .npy files, filled a few images at a time."""
    paths = folder / "images.npy", folder / "labels.npy"
    if all(path.exists() for path in paths) and len(np.load(paths[1], mmap_mode="r")) == n:
        return paths
    rng = np.random.default_rng(0)
    labels = rng.integers(0, len(CLASSES), n).astype(np.uint8)
    np.save(paths[1], labels)
    images = np.lib.format.open_memmap(paths[0], mode="w+", dtype=np.uint8, shape=(n, *SHAPE))
    noise = rng.integers(0, 256, (FEW, *SHAPE), np.uint8)
    for first in range(0, 0 if sparse else n, FEW):
        of = labels[first : first + FEW]
        noise[: len(of), :, 8:24, 8:24] = 25 * of[:, None, None, None]
        images[first : first + FEW] = noise[: len(of)]
        images.flush()
    return paths


def status(name: str) -> float:
    """A line of /proc/self/status in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024 / 1e6
    raise KeyError(name)


def watch(seen: list[float], done: threading.Event) -> None:
    while not done.wait(0.005):
        seen.append(status("RssAnon"))


def forget(path: Path) -> None:
    """Let the system drop what it keeps of a file, so that it is read from the disk again."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gigabytes", type=float, required=True)
    parser.add_argument("--limit", type=int, default=512, help="MB of memory besides files, for the whole process")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batches", type=int, default=1500, help="to read in order and shuffled")
    parser.add_argument("--sparse", action="store_true")
    given = parser.parse_args()
    import resource  # which Windows lacks

    resource.setrlimit(resource.RLIMIT_DATA, (given.limit * 10**6,) * 2)

    import course
    from course.data import DataLoader, open_npy
    from course.models import lenet5
    from course.training import Plan, Trainer

    course.set_num_threads(2)
    anonymous, done = [status("RssAnon")], threading.Event()
    watcher = threading.Thread(target=watch, args=(anonymous, done))
    watcher.start()
    try:
        n = int(given.gigabytes * 1e9 / np.prod(SHAPE))
        images, labels = make(given.folder, n, given.sparse)
        train_set = open_npy(images, labels, CLASSES)
        rates = {}
        for name, shuffle in (("in_order", False), ("shuffled", True)):
            forget(images)
            batches = iter(DataLoader(train_set, 64, shuffle=shuffle))
            started, read = time.perf_counter(), 0
            for _ in range(min(given.batches, n // 64)):
                read += len(next(batches)[0])
            rates[f"images_per_s_{name}"] = round(read / (time.perf_counter() - started))
        trainer = Trainer(lenet5(input_shape=SHAPE), train_set, given.folder, Plan(epochs=1, held_out=5000))
        steps, started = 0, 0.0

        def count(score: object, images: int) -> None:
            nonlocal steps, started
            steps, started = steps + 1, started or time.perf_counter()
            if steps == given.steps:
                rates["images_per_s_training"] = round((steps - 1) * images / (time.perf_counter() - started))
                trainer.stop()

        trainer.fit(count)  # and the held-out part is evaluated
    finally:
        done.set()
        watcher.join()
    found = {
        "gigabytes": round(images.stat().st_size / 1e9, 3),
        "images": n,
        "steps": steps,
        "held_out_accuracy": trainer.progress.best_accuracy,
        "peak_anonymous_MB": round(max(anonymous)),
        "peak_resident_MB": round(status("VmHWM")),
        "limit_MB": given.limit,
        **rates,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
