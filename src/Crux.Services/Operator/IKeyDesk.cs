using Crux.Machines.Flock.Keys;

namespace Crux.Services.Operator;

/// <summary>Where the flock's keys are asked after: the flock's driver, or a desk that a test states. No key is ever told.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IKeyDesk
{
    /// <summary>How the flock's keys are, as this node sees them.</summary>
    /// <exception cref="InvalidOperationException">The node stops or is too busy; the message says which.</exception>
    Task<KeyReport> ReadAsync(CancellationToken cancellationToken);

    /// <summary>What an order to replace the flock's secret has to carry.</summary>
    /// <exception cref="InvalidOperationException">The flock has no keys yet, or the node stops; the message says which.</exception>
    Task<byte[]> OfferSecretAsync(ReadOnlyMemory<byte> secret, CancellationToken cancellationToken);
}
