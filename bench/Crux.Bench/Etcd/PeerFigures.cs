namespace Crux.Bench.Etcd;

/// <summary>What one registry came to.</summary>
/// <param name="BytesAtRest">Bytes that all hosts sent, for each service and minute, with nothing happening.</param>
/// <param name="Process">From the kill of one service's process until every watcher knew.</param>
/// <param name="Machine">From a machine that fell silent until every watcher knew that all its services are gone.</param>
/// <param name="Finds">Look-ups in a second by one loop, and by sixteen.</param>
/// <param name="Found">How many services each look-up told of.</param>
internal sealed record PeerFigures(double BytesAtRest, TimeSpan Process, TimeSpan Machine, (double One, double Sixteen) Finds, int Found);
