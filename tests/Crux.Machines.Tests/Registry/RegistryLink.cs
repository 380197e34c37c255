using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Registry;

/// <summary>A stream between a reeve and a steward: what was said and not heard yet, either way.</summary>
internal sealed class RegistryLink(ulong id, RegistrySite from, RegistrySite to, StewardMachine steward)
{
    public ulong Id => id;
    public RegistrySite From => from;
    public RegistrySite To => to;
    public StewardMachine Steward => steward;
    public Queue<ReeveReport> Up { get; } = new();
    public Queue<StewardPush> Down { get; } = new();
    public bool IsEnded { get; set; }
}
