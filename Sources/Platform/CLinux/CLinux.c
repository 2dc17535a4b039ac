#define _GNU_SOURCE
#include "CLinux.h"
#include <stddef.h>
#include <sys/socket.h>

int gatehouse_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}
