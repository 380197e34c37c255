using Crux.Protos;
using Crux.Services.Operator;

namespace Crux.Node.Flock;

/// <summary>The flock's traffic, for <c>crux status</c>.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class FlockTraffic(FlockDriver driver) : ITrafficReport
{
    /// <inheritdoc/>
    public Traffic Read()
    {
        var carried = driver.Traffic;
        return new Traffic
        {
            DatagramsSent = (ulong)carried.DatagramsSent,
            BytesSent = (ulong)carried.BytesSent,
            DatagramsReceived = (ulong)carried.DatagramsReceived,
            BytesReceived = (ulong)carried.BytesReceived,
            DatagramsRejected = (ulong)driver.Counters.RejectedTotal,
            DatagramsDropped = (ulong)carried.DroppedInbound,
        };
    }
}
