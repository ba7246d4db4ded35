// bench-csv-loop FILE
//
// What fast-cpp-csv-parser's row reader alone can do: all cells of the columns that the bench
// writes, cut and unquoted, then dropped. Built twice: with the parser's reader thread and without.
#include <libfccp/csv.h>

#include <cstddef>
#include <exception>
#include <iostream>

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::cerr << "usage: bench-csv-loop FILE\n";
        return 64;
    }
    try {
        io::CSVReader<5, io::trim_chars<>, io::double_quote_escape<',', '"'>> reader(argv[1]);
        reader.read_header(io::ignore_no_column, "Account", "Operation", "External ID",
                           "Profile ID", "Force");
        char* account = nullptr;
        char* operation = nullptr;
        char* customer = nullptr;
        char* profile = nullptr;
        char* force = nullptr;
        std::size_t rows = 0;
        while (reader.read_row(account, operation, customer, profile, force))
            ++rows;
        std::cout << rows << '\n';
    } catch (const std::exception& error) {
        std::cerr << "bench-csv-loop: " << error.what() << '\n';
        return 65;
    }
    return 0;
}
