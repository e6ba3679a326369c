//! The domain's own decisions, as the product makes them.

use ib_domain::permission::assignment::effective;
use ib_domain::permission::evaluation::evaluate;
use ib_domain::permission::level::Level;
use ib_domain::permission::model::{ModelParts, PermissionModel};

use crate::infrastructure::{Act, Infrastructure, Question};

/// Asks every question.
pub(crate) fn asker(infrastructure: &Infrastructure) -> impl FnMut() -> Vec<bool> {
    let parts = ModelParts {
        labels: Level::ALL.map(|level| (level.number(), level.label().to_owned())).into(),
        environments: infrastructure.environments.clone(),
        roles: infrastructure.roles.clone(),
        users: infrastructure.users.clone(),
        teams: infrastructure.teams.clone(),
    };
    let model = PermissionModel::new(parts).expect("keys are unique");
    move || infrastructure.questions.iter().map(|question| answer(&model, question)).collect()
}

fn answer(model: &PermissionModel, question: &Question) -> bool {
    let Question { username, environment, act } = question;
    match act {
        Act::With(application, needed) => model
            .user(username)
            .and_then(|user| effective(model, user, application, environment))
            .is_ok_and(|effective| effective.level >= *needed),
        Act::SetUp => evaluate(model, username, environment).is_allowed(),
    }
}
