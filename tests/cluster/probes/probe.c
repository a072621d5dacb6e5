// Asks the C library for the IPv4 address of a name, as any program does. Built with musl by test_ask_resolvers.py.
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

int main(int count, char **words) {
  struct addrinfo wanted = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
  int error = count == 2 ? getaddrinfo(words[1], 0, &wanted, &found) : EAI_SYSTEM;
  if (error) puts(gai_strerror(error));
  return count == 2 ? error != 0 : 2;
}
