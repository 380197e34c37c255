namespace Crux.Cli.Json;

/// <summary>The flock's datagrams since the node started.</summary>
internal sealed record TrafficJson(
    ulong DatagramsSent, ulong BytesSent, ulong DatagramsReceived, ulong BytesReceived, ulong DatagramsRejected, ulong DatagramsDropped);
