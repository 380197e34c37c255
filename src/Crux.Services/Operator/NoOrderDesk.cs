using Crux.Machines.Flock.Attributes;
using Crux.Machines.Flock.Authority;

namespace Crux.Services.Operator;

/// <summary>Stands where a host has no flock of its own to give orders to.</summary>
internal sealed class NoOrderDesk : IOrderDesk
{
    public Task<FlockAuthority> GetAuthorityAsync(CancellationToken cancellationToken) => Task.FromException<FlockAuthority>(Nobody());

    public Task<FlockStanding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(FlockStanding.None);

    public Task<ProbeResult> ProbeAsync(NetAddress address, CancellationToken cancellationToken) => Task.FromException<ProbeResult>(Nobody());

    public Task<IReadOnlyList<NodeAttributes>> GatherAttributesAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<NodeAttributes>>([]);

    public Task<int> MeetEverybodyAsync(CancellationToken cancellationToken) => Task.FromResult(0);

    public Task<string?> SetAttributeAsync(string key, string? value, CancellationToken cancellationToken) => Task.FromException<string?>(Nobody());

    public Task<(RefoundTerms? Terms, string? Problem)> PlanRefoundingAsync(CancellationToken cancellationToken) =>
        Task.FromException<(RefoundTerms?, string?)>(Nobody());

    public Task<string?> PlaceAsync(ReadOnlyMemory<byte> order, CancellationToken cancellationToken) => Task.FromException<string?>(Nobody());

    public Task<string?> FindUnwrittenAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    private static InvalidOperationException Nobody() => new("Nobody takes orders here.");
}
