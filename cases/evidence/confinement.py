"""What a process gives up before it meets a stranger's file, for good. Linux; plain Python and no library beside it.

Two fences. Limits (setrlimit(2)): memory, time, no processes, no new descriptors, which is no files and no network. And a filter
(seccomp(2)) that lets through only what reading a picture takes: not looking into neighbours (ptrace, process_vm_readv), not
signals, not programs. A kernel without filters, or a processor that is not listed, leaves the first fence alone.
"""
import ctypes
import platform
import resource
import struct

MEMORY = 1 << 30                 # bytes beside what is loaded
CPU_SECONDS = 20
NO_NEW_PRIVS, SET_SECCOMP, FILTER = 38, 22, 2                                     # linux/prctl.h, linux/seccomp.h
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06                            # linux/bpf_common.h, as classic BPF joins them
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1                                        # the second answers "not permitted" (EPERM)
FOREIGN = 0x40000000             # x32 calls begin here; no other processor has them

# Processor → its name in linux/audit.h, and the numbers of: read write close fstat lseek mmap mprotect munmap brk mremap madvise
# rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack sched_yield futex sendto recvfrom shutdown getpid gettid clock_gettime
# getrandom rseq exit exit_group
CALLS: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (0xC000003E, (0, 1, 3, 5, 8, 9, 10, 11, 12, 25, 28, 13, 14, 15, 131, 24, 202, 44, 45, 48, 39, 186, 228, 318, 334,
                            60, 231)),
    "aarch64": (0xC00000B7, (63, 64, 57, 80, 62, 222, 226, 215, 214, 216, 233, 134, 135, 139, 132, 124, 98, 206, 207, 210, 172,
                             178, 113, 278, 293, 93, 94)),
}


class Program(ctypes.Structure):
    """struct sock_fprog."""
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]


LIBC = ctypes.CDLL(None, use_errno=True)


def confine() -> None:
    """From here on this process computes, reads and writes what it has open, and ends."""
    last_resort()
    limit()
    fence()


def limit() -> None:
    with open("/proc/self/statm") as sizes:
        loaded = int(sizes.read().split()[0]) * resource.getpagesize()
    for what, most in ((resource.RLIMIT_AS, loaded + MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_CORE, 0),
                       (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NPROC, 0), (resource.RLIMIT_NOFILE, 0)):
        resource.setrlimit(what, (most, most))


def last_resort() -> None:
    """Should the machine run out of memory all the same, we go first."""
    try:
        with open("/proc/self/oom_score_adj", "w") as score:
            score.write("1000")
    except OSError:              # not on every system
        return


def fence() -> bool:
    """False where there is no such filter."""
    if platform.machine() not in CALLS:
        return False
    steps = program(*CALLS[platform.machine()])
    filtering = Program(len(steps) // 8, steps)
    LIBC.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
    return bool(LIBC.prctl(SET_SECCOMP, FILTER, ctypes.byref(filtering), 0, 0) == 0)


def program(architecture: int, calls: tuple[int, ...]) -> bytes:
    """The filter, eight bytes a step: let through if the processor is ours and the call is listed."""
    steps = [(LOAD, 0, 0, 4), (EQUAL, 0, len(calls) + 2, architecture), (LOAD, 0, 0, 0), (AT_LEAST, len(calls), 0, FOREIGN),
             *((EQUAL, len(calls) - at, 0, call) for at, call in enumerate(calls)),
             (RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


