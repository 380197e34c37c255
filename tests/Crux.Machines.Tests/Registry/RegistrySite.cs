using Crux.Machines.Health;
using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Registry;

/// <summary>One node's machines.</summary>
internal sealed class RegistrySite(int number, GroupSnapshot view)
{
    public int Number => number;
    public GroupSnapshot View { get; set; } = view;
    public HeartbeaterMachine Heartbeater { get; } = new(LocalNode.From(view, "lab/demo")!, new HealthOptions());
    public ReeveMachine Reeve { get; } = new(view, new ReeveOptions { KeepAsked = TimeSpan.FromHours(1) });
    public StewardMachine? Steward { get; set; }
    public RegistryLink? Link { get; set; }

    /// <summary>The newest answer for every selector, as the reeve raised it.</summary>
    public Dictionary<Selector, ReeveAnswer> Answers { get; } = [];
}
