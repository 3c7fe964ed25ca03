/*
 * Two TUN devices, in two namespaces, and what comes out of one goes into the other: how two kernels
 * meet over TUN, for bench/stack.mjs.
 *
 *     relay NAMESPACE DEVICE NAMESPACE DEVICE
 *
 * Ends with its input.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MOST_AT_ONCE = 128, LARGEST = 1 << 16 };

static int attach(const char *space, const char *device) {
  char path[256];
  struct ifreq request;
  snprintf(path, sizeof path, "/run/netns/%s", space);
  int there = open(path, O_RDONLY | O_CLOEXEC);
  if (there < 0 || setns(there, CLONE_NEWNET) != 0) return -1;
  close(there);
  int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  memset(&request, 0, sizeof request);
  strncpy(request.ifr_name, device, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  return tun < 0 || ioctl(tun, TUNSETIFF, &request) < 0 ? -1 : tun;
}

static int carry(int from, int to) {
  static char packet[LARGEST];
  int carried = 0;
  for (; carried < MOST_AT_ONCE; carried += 1) {
    ssize_t length = read(from, packet, sizeof packet);
    if (length <= 0) break;
    if (write(to, packet, (size_t)length) < 0) break;
  }
  return carried;
}

int main(int argc, char **argv) {
  int first = argc == 5 ? attach(argv[1], argv[2]) : -1;
  int second = argc == 5 ? attach(argv[3], argv[4]) : -1;
  if (first < 0 || second < 0) {
    perror("relay NAMESPACE DEVICE NAMESPACE DEVICE");
    return 2;
  }
  puts("ready");
  fflush(stdout);
  struct pollfd watched[3] = {{first, POLLIN, 0}, {second, POLLIN, 0}, {0, POLLIN, 0}};
  for (;;) {
    if (carry(first, second) + carry(second, first) > 0) continue;
    poll(watched, 3, -1);
    if (watched[2].revents != 0) return 0;
  }
}
