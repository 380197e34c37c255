namespace Crux.Simulator.Scenarios;

/// <summary>What addresses a scenario's machines have.</summary>
public enum AddressPattern
{
    /// <summary>IPv4, at random in a range that all probe.</summary>
    V4,

    /// <summary>IPv6, at random in a range that all probe.</summary>
    V6,

    /// <summary>IPv6, anywhere in a /64 as SLAAC places them: nobody can probe that, so all know some contacts.</summary>
    Scattered,
}
