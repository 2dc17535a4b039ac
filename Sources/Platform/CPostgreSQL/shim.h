#ifndef GATEHOUSE_CPOSTGRESQL_SHIM_H
#define GATEHOUSE_CPOSTGRESQL_SHIM_H

/* Debian keeps the header in a folder of its own, other distributions beside the rest. pkg-config would find both, but
   SwiftPM asks it in every build, also one without the trait, and warns if it knows no libpq. */
#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#else
#include <libpq-fe.h>
#endif

#endif
