using Crux.Machines.Health;
using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Registry;

/// <summary>One node's machines.</summary>
internal sealed class RegistrySite
{
    private ulong _life;

    public RegistrySite(Instant now, int number, GroupSnapshot view)
    {
        (Number, View) = (number, view);
        (Heartbeater, Reeve) = Begin(now, view);
    }

    public int Number { get; }
    public GroupSnapshot View { get; set; }
    public HeartbeaterMachine Heartbeater { get; private set; }
    public ReeveMachine Reeve { get; private set; }
    public StewardMachine? Steward { get; set; }
    public RegistryLink? Link { get; set; }

    /// <summary>The newest answer for every selector, as the reeve raised it.</summary>
    public Dictionary<Selector, ReeveAnswer> Answers { get; } = [];

    /// <summary>The node is started again, and remembers nothing.</summary>
    public void Restart(Instant now, GroupSnapshot view)
    {
        View = view;
        (Heartbeater, Reeve) = Begin(now, view);
        Answers.Clear();
    }

    private (HeartbeaterMachine, ReeveMachine) Begin(Instant now, GroupSnapshot view) =>
        (new HeartbeaterMachine(LocalNode.From(view, "lab/demo")!, new HealthOptions()),
            new ReeveMachine(now, ((ulong)Number << 32) + ++_life, view, new ReeveOptions { KeepAsked = TimeSpan.FromHours(1) }));
}
