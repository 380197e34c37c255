using Crux.Protos;

namespace Crux.Services.Operator;

/// <summary>What the node's datagram socket has carried, and what the flock refused to read.</summary>
/// <remarks>Thread-safe.</remarks>
public interface ITrafficReport
{
    /// <summary>The counters since the node started.</summary>
    Traffic Read();
}
