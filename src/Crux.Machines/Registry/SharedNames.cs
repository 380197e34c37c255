namespace Crux.Machines.Registry;

/// <summary>One object for each instance name: a thousand nodes that run the same service would otherwise hold a thousand copies of it.</summary>
internal sealed class SharedNames
{
    /// <summary>The most names that are shared; beyond it each entry keeps its own.</summary>
    public const int MaxNames = 65_536;

    private readonly Dictionary<InstanceName, InstanceName> _names = [];

    /// <summary>The name as it was first seen.</summary>
    public InstanceName Share(InstanceName name)
    {
        if (_names.TryGetValue(name, out var shared))
            return shared;
        if (_names.Count < MaxNames)
            _names.Add(name, name);
        return name;
    }
}
