#include "oauth_batch/app/Application.h"

#include <Poco/AutoPtr.h>

int main(int argc, char** argv)
{
    Poco::AutoPtr<oauth_batch::Application> application(new oauth_batch::Application);
    return application->runWith(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}
