#define BOOST_TEST_MODULE oauth_batch
#include <boost/test/unit_test.hpp>
