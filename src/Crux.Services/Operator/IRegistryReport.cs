using Crux.Protos;

namespace Crux.Services.Operator;

/// <summary>The registry as an operator on this node may read it.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IRegistryReport
{
    /// <summary>How the steward stands, as this node's reeve sees it.</summary>
    StewardState Steward { get; }

    /// <summary>Service points alive on this node, by the heartbeater's word.</summary>
    int LocalServices { get; }

    /// <summary>Entries in this node's cache, its own included.</summary>
    int KnownServices { get; }

    /// <summary>Everything that steward holds; where it can't be asked, this node's cache with a note that says so. Never fails because steward is away.</summary>
    Task<ListServicesReply> ListAsync(CancellationToken cancellationToken);
}
