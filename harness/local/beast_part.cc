// The separately compiled part of Boost.Beast, once for `fracas` (that of Asio comes with nemesis/network).
#include <boost/beast/src.hpp>
