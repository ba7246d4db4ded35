// bench-micro [--benchmark_...]      times each piece, by Google Benchmark
// bench-micro --list                 their names
// bench-micro --steps PIECE COUNT    does so many steps of one of them, for an instruction counter
#include "Piece.h"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string_view>

#include <benchmark/benchmark.h>

namespace {

using namespace oauth_batch::benchmark;

std::vector<PieceKind> allPieces()
{
    std::vector<PieceKind> all;
    for (const auto& room : {inputPieces(), apiPieces(), journalPieces(), schedulePieces()})
        all.insert(all.end(), room.begin(), room.end());
    return all;
}

int list()
{
    for (const PieceKind& kind : allPieces())
        std::cout << kind.name << '\t' << kind.operation << '\n';
    return 0;
}

int countSteps(std::string_view name, long steps)
{
    for (const PieceKind& kind : allPieces()) {
        if (name != kind.name) continue;
        const auto piece = kind.make();
        for (long i = 0; i < steps; ++i)
            piece->step();
        return 0;
    }
    std::cerr << "bench-micro: no such piece: " << name << '\n';
    return 64;
}

int measure(int argc, char** argv)
{
    for (const PieceKind& kind : allPieces()) {
        ::benchmark::RegisterBenchmark(kind.name, [kind](::benchmark::State& state) {
            const auto piece = kind.make();
            for ([[maybe_unused]] auto pass : state)
                piece->step();
            state.SetItemsProcessed(state.iterations());
        });
    }
    ::benchmark::Initialize(&argc, argv);
    if (::benchmark::ReportUnrecognizedArguments(argc, argv)) return 64;
    ::benchmark::RunSpecifiedBenchmarks();
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    const std::string_view first = argc > 1 ? argv[1] : "";
    try {
        if (first == "--list") return list();
        if (first == "--steps" && argc == 4) return countSteps(argv[2], std::atol(argv[3]));
        return measure(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "bench-micro: " << error.what() << '\n';
        return 70;
    }
}
