#include "oauth_batch/app/SummaryFiles.h"

#include "oauth_batch/base/AtomicFile.h"
#include "oauth_batch/report/Metrics.h"

#include <fstream>
#include <iterator>

namespace oauth_batch {

namespace {

/// The metrics are for another user's node exporter to read.
void writeMetrics(const std::string& path, const Summary& summary)
{
    std::string former;
    if (std::ifstream file(path, std::ios::binary); file)
        former.assign(std::istreambuf_iterator<char>(file), {});
    AtomicFile file(path, AtomicFile::kPublic);
    file.append(metricsText(summary, parseLastSuccess(former)));
    file.commit();
}

} // namespace

void writeSummaryFiles(const Settings& settings, const Summary& summary)
{
    // The metrics go first: they are what tells somebody that all is not well.
    if (settings.metricsFile) writeMetrics(*settings.metricsFile, summary);
    if (settings.summaryFile) {
        AtomicFile file(*settings.summaryFile);
        file.append(summaryJson(summary));
        file.commit();
    }
}

} // namespace oauth_batch
