/* Makes a machine ill for whoever is started with LD_PRELOAD=ills.so: what ails it stands in the
   file $MAILBOT_ILLS, which benchmarks/faults/ills.py writes while the machine runs. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct ills {
    int64_t failing_syncs; /* so many fsyncs fail yet, -1: all */
    int64_t skew;          /* seconds by which the clock is wrong */
};
static volatile struct ills well, *ills = &well;

__attribute__((constructor)) static void read_ills(void) {
    const char *name = getenv("MAILBOT_ILLS");
    int file = name ? open(name, O_RDWR) : -1;
    if (file < 0) return;
    void *found = mmap(0, sizeof(struct ills), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (found != MAP_FAILED) ills = found;
    close(file);
}

/* Linux forgets the pages that it could not write: the next fsync of the same file says 0. */
static int sync_fails(void) {
    if (ills->failing_syncs == 0) return 0;
    if (ills->failing_syncs > 0) __sync_fetch_and_sub(&ills->failing_syncs, 1);
    errno = EIO;
    return 1;
}

int fsync(int file) { return sync_fails() ? -1 : (int)syscall(SYS_fsync, file); }
int fdatasync(int file) { return sync_fails() ? -1 : (int)syscall(SYS_fdatasync, file); }

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = (int)syscall(SYS_clock_gettime, clock, now);
    if (!failed && clock == CLOCK_REALTIME) now->tv_sec += ills->skew;
    return failed;
}

time_t time(time_t *where) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (where) *where = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}
