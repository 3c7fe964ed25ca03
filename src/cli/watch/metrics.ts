import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Watched, WatchState } from '../../report/watch/state.ts';
import { otelCauseOf } from './otel-cause.ts';

/** What is counted, for Prometheus, under the names that OpenTelemetry proposes. */
export class Metrics {
  private readonly exposition = new Registry();
  private readonly resets: Counter<'cause' | 'network_tcp_reset_cause' | 'resetlab_confidence'>;
  private readonly failures: Counter<'cause' | 'resetlab_confidence'>;
  private readonly disagreements: Counter;
  private state: WatchState | undefined;
  private packets = 0;

  constructor() {
    const registers = [this.exposition];
    this.resets = new Counter({
      name: 'system_network_tcp_resets_total',
      help: 'TCP resets seen, by cause',
      labelNames: ['network_tcp_reset_cause', 'cause', 'resetlab_confidence'],
      registers,
    });
    this.failures = new Counter({
      name: 'resetlab_connection_failures_total',
      help: 'TCP connections that broke without a reset, by cause',
      labelNames: ['cause', 'resetlab_confidence'],
      registers,
    });
    this.disagreements = new Counter({
      name: 'resetlab_kernel_disagreements_total',
      help: "Resets of which this machine's kernel says something else than the verdict",
      registers,
    });
    this.addGauges(registers);
  }

  told({ verdict, kernel }: Watched): void {
    const { cause, confidence, type } = verdict;
    if (type === 'failure') this.failures.inc({ cause, resetlab_confidence: confidence });
    else {
      const labels = { network_tcp_reset_cause: otelCauseOf(cause), cause };
      this.resets.inc({ ...labels, resetlab_confidence: confidence });
    }
    if (kernel?.agrees === 'no') this.disagreements.inc();
  }

  refresh(state: WatchState, packets: number): void {
    this.state = state;
    this.packets = packets;
  }

  /** Answers GET /metrics; throws what the machine says, as EADDRINUSE. */
  async serve(host: string, port: number): Promise<Server> {
    const server = createServer((request, response) => {
      const isAsked = request.method === 'GET' && request.url === '/metrics';
      response.setHeader('content-type', isAsked ? this.exposition.contentType : 'text/plain');
      response.statusCode = isAsked ? 200 : 404;
      if (!isAsked) response.end('metrics are at /metrics\n');
      else void this.exposition.metrics().then((text) => response.end(text));
    });
    server.listen(port, host);
    await once(server, 'listening');
    return server;
  }

  private addGauges(registers: Registry[]): void {
    const gauge = (name: string, help: string, value: () => number): void => {
      const one: Gauge = new Gauge({ name, help, registers, collect: () => one.set(value()) });
    };
    gauge('resetlab_connections_followed', 'TCP connections that are followed now', () => {
      return this.state?.followed ?? 0;
    });
    gauge('resetlab_packets_seen', 'Packets read since the beginning', () => this.packets);
    gauge('resetlab_packets_dropped', 'Packets that the capture had no room for', () => {
      return this.state?.dropped ?? 0;
    });
  }
}
