// The separately compiled part of Boost.Asio and Boost.Beast, once for the program that contains the server.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
