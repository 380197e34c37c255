namespace Crux.Simulator;

/// <summary>A history in which something happened that never may. The message names the seed, the virtual time and the node.</summary>
public sealed class SimulationException : Exception
{
    /// <summary>A failed history.</summary>
    public SimulationException(string message, Exception? inner) : base(message, inner)
    {
    }

    /// <summary>A failed history.</summary>
    public SimulationException(string message) : base(message)
    {
    }

    /// <summary>A failed history.</summary>
    public SimulationException() : this("The simulation failed.")
    {
    }
}
