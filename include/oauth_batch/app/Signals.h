#pragma once

namespace oauth_batch {

/// The signals that end a run: SIGINT, SIGTERM and SIGHUP. The first one only sets a flag, so that
/// requests in flight can end and the results be written; the second one ends the process at once
/// with 128 + its number. SIGPIPE and SIGXFSZ are ignored: the write that caused them fails.
/// Process-wide; call once, from the main thread, before any other thread starts.
void installSignals();

/// The number of the first ending signal, or 0. Safe from any thread.
int endingSignal() noexcept;

/// Throws Error with the signal's exit code if an ending signal has come: for what has sent nothing
/// yet.
void throwIfEnding();

/// Gives the crash signals back their default actions (the application framework turns them into
/// exceptions), keeps the process out of core dumps and debuggers of other users. To be called
/// before anything else, as a secret may stand in the environment.
void hardenProcess() noexcept;

} // namespace oauth_batch
