using Crux.Node;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Testing;

/// <summary>How a <see cref="TestFlock"/> is to be.</summary>
public sealed class TestFlockOptions
{
    /// <summary>How many nodes: 1 to 50. Default 3.</summary>
    public int Nodes { get; set; } = 3;

    /// <summary>What the network's chances are drawn from. Default 1.</summary>
    public ulong Seed { get; set; } = 1;

    /// <summary>The part of datagrams lost, 0 to 1. Default 0; <see cref="TestFlock.Loss"/> changes it later.</summary>
    public double Loss { get; set; }

    /// <summary>Whether it is sealed before <see cref="TestFlock.StartAsync"/> returns. Default false; rules seal it too.</summary>
    public bool IsSealed { get; set; }

    /// <summary>Who may call whom, in the words of <c>crux trust</c>: <c>allow web galumph2</c>, <c>mode strict</c>. Default: nothing is said.</summary>
    public IList<string> Rules { get; } = [];

    /// <summary>Where the nodes log, each under its name; they stay the caller's. Default: nowhere.</summary>
    public Func<string, ILoggerFactory> Logs { get; set; } = _ => NullLoggerFactory.Instance;

    /// <summary>The last word over a node's options, such as its rack. Its address, its socket and its directory must stay as they are.</summary>
    public Action<int, CruxNodeOptions> Configure { get; set; } = (_, _) => { };

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Nodes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Nodes, TestFlock.MaxNodes);
        ArgumentOutOfRangeException.ThrowIfNegative(Loss);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Loss, 1);
    }
}
