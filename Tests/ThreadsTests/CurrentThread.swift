import Glibc

/// Identifies the calling thread.
func currentThread() -> UInt { UInt(pthread_self()) }
