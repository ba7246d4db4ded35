#pragma once

#include <Poco/Util/Application.h>

#include <string>
#include <vector>

namespace oauth_batch {

/// The program oauth-batch as a Poco application: takes the command line apart, runs one command,
/// and turns what was thrown into a message and an exit code. The words of the command line are
/// read by CommandLine (whole option names only), not by Poco's option processor, which accepts
/// unique prefixes.
class Application : public Poco::Util::Application
{
public:
    /// Runs the program with the words after its name; returns the exit code. Call once.
    int runWith(const std::vector<std::string>& words);

protected:
    int main(const std::vector<std::string>& unprocessed) override;

private:
    std::vector<std::string> words_;
};

} // namespace oauth_batch
