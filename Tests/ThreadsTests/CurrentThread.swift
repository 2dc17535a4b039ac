import Glibc

/// Returns an identifier of the calling thread.
func currentThread() -> UInt { UInt(pthread_self()) }
