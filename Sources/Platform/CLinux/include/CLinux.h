#ifndef GATEHOUSE_CLINUX_H
#define GATEHOUSE_CLINUX_H

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

/// `accept4` for a non-blocking socket that programs started later do not inherit; -1 and errno on failure.
int gatehouse_accept(int listener);

/// Takes an exclusive lock on an open file without waiting (flock(2), whose name Swift reads as a structure's);
/// -1 and errno on failure.
int gatehouse_try_lock(int descriptor);

/// Nanoseconds of a clock that always exists (`CLOCK_REALTIME`, `CLOCK_BOOTTIME`), whose reading cannot fail.
static inline uint64_t gatehouse_clock_nanoseconds(clockid_t clock) {
    struct timespec time = {0};
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

#endif
