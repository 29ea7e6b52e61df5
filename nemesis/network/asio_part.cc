// The separately compiled part of Boost.Asio, once for every program that contains the proxies.
#include <boost/asio/impl/src.hpp>
