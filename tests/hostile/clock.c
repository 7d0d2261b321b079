/* A clock that jumps, for LD_PRELOAD: each reading of the wall clock is by days or years off; the monotonic one is right. */
#define _GNU_SOURCE
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long jump(void) {
    static const long jumps[] = {0, 86400, -86400, 315360000, -1000000000, 7258118400, 0};
    static unsigned long at;
    return jumps[__atomic_fetch_add(&at, 1, __ATOMIC_RELAXED) % (sizeof jumps / sizeof *jumps)];
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = (int) syscall(SYS_clock_gettime, clock, now);
    if (!failed && clock == CLOCK_REALTIME)
        now->tv_sec += jump();
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec wall;
    (void) zone;
    clock_gettime(CLOCK_REALTIME, &wall);
    now->tv_sec = wall.tv_sec;
    now->tv_usec = wall.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *told) {
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    if (told != NULL)
        *told = wall.tv_sec;
    return wall.tv_sec;
}
