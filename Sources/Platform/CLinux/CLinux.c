#define _GNU_SOURCE
#include "CLinux.h"
#include <stddef.h>
#include <sys/file.h>
#include <sys/socket.h>

int gatehouse_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int gatehouse_try_lock(int descriptor) {
    return flock(descriptor, LOCK_EX | LOCK_NB);
}
