// fast-cpp-csv-parser's line reader takes 48 MiB and uses as much of it as its file is long. Under
// AddressSanitizer each such piece of memory costs milliseconds: its shadow is written twice. So
// the entry points that read files get it from here: one piece that is kept, of which the part that
// a small file can reach is poisoned while nobody owns it. A view that outlives its reader is still
// found.

#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) (void(address), void(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) (void(address), void(size))
#endif

namespace {

constexpr std::size_t kLineBuffer = 3UL << 24U;
constexpr std::size_t kReach = 1UL << 20U;

// The entry points have one thread.
void* kept = nullptr;
bool given = false;

void* allocate(std::size_t size)
{
    if (void* const memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}

void release(void* memory) noexcept
{
    if (memory == nullptr || memory != kept) {
        std::free(memory);
        return;
    }
    given = false;
    ASAN_POISON_MEMORY_REGION(kept, kReach);
}

} // namespace

void* operator new[](std::size_t size)
{
    if (size != kLineBuffer || given) return allocate(size);
    if (kept == nullptr) kept = allocate(size);
    given = true;
    ASAN_UNPOISON_MEMORY_REGION(kept, kReach);
    return kept;
}

void operator delete[](void* memory) noexcept
{
    release(memory);
}

void operator delete[](void* memory, std::size_t) noexcept
{
    release(memory);
}
