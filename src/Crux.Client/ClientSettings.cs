using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Crux.Client;

/// <summary>Settings for those who use no dependency injection.</summary>
internal static class ClientSettings
{
    /// <summary>The section of the configuration that everything of Crux is in.</summary>
    public const string Section = "Crux";

    public static CruxClientOptions FromEnvironment(Action<CruxClientOptions>? configure)
    {
        var options = new CruxClientOptions();
        new ConfigurationBuilder().AddEnvironmentVariables().Build().GetSection(Section).Bind(options);
        configure?.Invoke(options);
        Check(options);
        return options;
    }

    /// <summary>Throws with every message at once where a setting is out of its range.</summary>
    public static void Check(object options)
    {
        var problems = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true))
            throw new OptionsValidationException("", options.GetType(), problems.Select(problem => problem.ErrorMessage!));
    }
}
