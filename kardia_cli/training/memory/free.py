"""Free memory: of the GPU, else of this machine or of the container it is in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


@dataclass(frozen=True, slots=True)
class Free:
    """Free bytes, and the device that has them."""

    size: int
    where: str


def free() -> Free:
    """Free memory of the current GPU as the driver counts it, other processes considered; else free RAM."""
    import torch

    if torch.cuda.is_available():
        return Free(int(torch.cuda.mem_get_info()[0]), str(torch.cuda.get_device_name()))
    limits = [limit for pair in _GROUPS if (limit := _left(*pair)) is not None]
    return Free(min([_available(), *limits]), "RAM")


def _available() -> int:
    """Bytes that Linux could give without swapping; on other systems what is installed."""
    meminfo = Path("/proc/meminfo")
    if meminfo.is_file():
        for line in meminfo.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    import os

    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _left(limit: str, used: str) -> int | None:
    """Return the bytes that a container may still take; None where it has no limit."""
    try:
        most, now = Path(limit).read_text(encoding="ascii").strip(), Path(used).read_text(encoding="ascii").strip()
    except OSError:
        return None
    return None if most == "max" else max(0, int(most) - int(now))
