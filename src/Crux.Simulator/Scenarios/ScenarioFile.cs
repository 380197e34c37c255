using System.Text.Json.Serialization;
using Crux.Machines.Flock;

namespace Crux.Simulator.Scenarios;

/// <summary>A scenario as its file gives it. <see cref="ScenarioReader"/> reads it; docs/simulator.md describes every key.</summary>
/// <remarks>What a run was of is told by this as JSON: what a later key leaves at its default stays out of it, or all runs would be of other scenarios.</remarks>
public sealed record ScenarioFile
{
    /// <summary>The file's name without its ending.</summary>
    public required string Name { get; init; }

    /// <summary>What happens, in a sentence.</summary>
    public string About { get; init; } = "";

    /// <summary>How many machines.</summary>
    public int Nodes { get; init; } = 100;

    /// <summary>Machines per address of the range that they are in.</summary>
    public double Density { get; init; } = 0.5;

    /// <summary>What addresses they have.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public AddressPattern Addresses { get; init; }

    /// <summary>Where they are scattered: how many of them all know; else 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Contacts { get; init; }

    /// <summary>Whether it begins with a flock that grew long ago; else with machines that power on.</summary>
    public bool StartsSettled { get; init; }

    /// <summary>How long it runs on after the last step.</summary>
    public TimeSpan RunOn { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Without a disturbance for so long, the world has to be at rest.</summary>
    public TimeSpan RestWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Clock rates are spread evenly over so many parts per million, both ways.</summary>
    public int ClockPpm { get; init; }

    /// <summary>Whether frames are sealed with AES-256-GCM; else their text stays as it is, with a tag that fits it.</summary>
    public bool RealCrypto { get; init; }

    /// <summary>The network at the start.</summary>
    public NetworkConditions Network { get; init; } = new();

    /// <summary>The flock's rules.</summary>
    public FlockOptions Rules { get; init; } = new();

    /// <summary>The racks; at least one.</summary>
    public required IReadOnlyList<RackPlan> Racks { get; init; }

    /// <summary>The flocks; at least one.</summary>
    public required IReadOnlyList<FlockPlan> Flocks { get; init; }

    /// <summary>What happens, in order.</summary>
    public IReadOnlyList<Step> Timeline { get; init; } = [];

    /// <summary>What must hold at the end.</summary>
    public Expectations Expect { get; init; } = new();
}
