#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace oauth_batch::benchmark {

/// A piece of the program at work on a prepared state. Not thread-safe.
class Piece
{
public:
    Piece() = default;
    Piece(const Piece&) = delete;
    Piece& operator=(const Piece&) = delete;
    virtual ~Piece() = default;

    /// Does one operation; the state never runs out.
    virtual void step() = 0;
};

struct PieceKind
{
    const char* name;
    const char* operation; ///< what one step does, for people
    std::unique_ptr<Piece> (*make)();
};

template <class Kind>
std::unique_ptr<Piece> makePiece()
{
    return std::make_unique<Kind>();
}

// One list per room.
std::vector<PieceKind> inputPieces();
std::vector<PieceKind> apiPieces();
std::vector<PieceKind> journalPieces();
std::vector<PieceKind> schedulePieces();

/// Keeps the compiler from leaving out what computes `value`.
template <class Value>
void keep(const Value& value)
{
    asm volatile("" : : "r,m"(value) : "memory");
}

} // namespace oauth_batch::benchmark
