using Crux.Protos;
using Crux.Services.Operator;

namespace Crux.Cli.Tests;

/// <summary>Counters that the test states.</summary>
internal sealed class StaticTraffic : ITrafficReport
{
    public Traffic Now { get; } = new() { DatagramsSent = 12_345, BytesSent = 1_234_567, DatagramsReceived = 12_000, BytesReceived = 999, DatagramsRejected = 2, DatagramsDropped = 0 };

    public Traffic Read() => Now.Clone();
}
