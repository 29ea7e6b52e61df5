# Turns a file into a C++ array: cmake -DIN=report_template.html -DOUT=report_template.cc -P embed.cmake
file(READ ${IN} bytes HEX)
string(LENGTH "${bytes}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${OUT} "// Made from ${IN} at build time.
#include <cstddef>
namespace fracas::results {
extern const unsigned char kReportTemplate[];
extern const std::size_t kReportTemplateSize;
const unsigned char kReportTemplate[] = {${bytes}};
const std::size_t kReportTemplateSize = ${size};
}  // namespace fracas::results
")
