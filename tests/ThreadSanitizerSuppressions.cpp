/// Read by ThreadSanitizer at the start of a program. Debian's OpenSSL is not built with it, so the
/// atomics by which its certificate store synchronises are invisible and look like races.
extern "C" const char* __tsan_default_suppressions(); // NOLINT: the sanitizer's name

extern "C" const char* __tsan_default_suppressions() // NOLINT
{
    return "called_from_lib:libcrypto.so\n"
           "called_from_lib:libssl.so\n"
           "race:libcrypto.so\n";
}
