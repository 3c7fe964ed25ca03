/*
 * The kernel's end of a bulk transfer, for bench/stack.mjs: connects, sends or receives for some
 * seconds, and prints what it managed as JSON.
 *
 *     bulk send|receive ADDRESS PORT SECONDS
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static char text[1 << 18];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fputs("bulk send|receive ADDRESS PORT SECONDS\n", stderr);
    return 2;
  }
  int sends = strcmp(argv[1], "send") == 0;
  struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(argv[3]))};
  inet_pton(AF_INET, argv[2], &peer.sin_addr);
  int connection = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(connection, (struct sockaddr *)&peer, sizeof peer) != 0) {
    perror("connect");
    return 1;
  }
  double begun = now(), end = begun + atof(argv[4]), moment;
  unsigned long long bytes = 0;
  while ((moment = now()) < end) {
    ssize_t moved = sends ? send(connection, text, sizeof text, 0)
                          : recv(connection, text, sizeof text, 0);
    if (moved <= 0) {
      perror(argv[1]);
      return 1;
    }
    bytes += (unsigned long long)moved;
  }
  printf("{\"bytes\":%llu,\"seconds\":%.6f}\n", bytes, moment - begun);
  return 0;
}
