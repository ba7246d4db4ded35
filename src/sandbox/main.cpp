#include "Program.h"

#include <iostream>

int main(int argc, char** argv)
{
    return oauth_batch::sandbox::runSandbox({argv + 1, argv + argc}, std::cout, std::cerr);
}
