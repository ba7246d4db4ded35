#include "oauth_batch/base/UniqueFd.h"

#include <boost/test/unit_test.hpp>

#include <utility>

#include <fcntl.h>

using oauth_batch::UniqueFd;

namespace {

int openNull()
{
    return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

bool isOpen(int fd)
{
    return ::fcntl(fd, F_GETFD) >= 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(UniqueFdTest)

BOOST_AUTO_TEST_CASE(closesAtItsEnd)
{
    const int raw = openNull();
    {
        const UniqueFd fd(raw);
        BOOST_TEST(isOpen(raw));
    }
    BOOST_TEST(!isOpen(raw));
}

BOOST_AUTO_TEST_CASE(moveHandsTheDescriptorOver)
{
    UniqueFd first(openNull());
    const int raw = first.get();
    UniqueFd second(std::move(first));
    BOOST_TEST(second.get() == raw);
    BOOST_TEST(isOpen(raw));
}

BOOST_AUTO_TEST_CASE(assignmentClosesTheOldDescriptor)
{
    UniqueFd fd(openNull());
    const int old = fd.get();
    UniqueFd other(openNull());
    const int fresh = other.get();
    fd = std::move(other);
    BOOST_TEST(!isOpen(old));
    BOOST_TEST(fd.get() == fresh);
    BOOST_TEST(isOpen(fresh));
}

BOOST_AUTO_TEST_CASE(releaseLeavesItOpen)
{
    UniqueFd fd(openNull());
    const int raw = fd.release();
    BOOST_TEST(!fd);
    BOOST_TEST(isOpen(raw));
    UniqueFd(raw).reset();
    BOOST_TEST(!isOpen(raw));
}

BOOST_AUTO_TEST_SUITE_END()
