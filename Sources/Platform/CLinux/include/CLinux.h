#ifndef GATEHOUSE_CLINUX_H
#define GATEHOUSE_CLINUX_H

#include <sys/epoll.h>
#include <sys/eventfd.h>

#endif
